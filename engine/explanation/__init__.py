"""Why a model says what it says, in the columns where its rows begin, asked through the whole serving slice."""
