"""Charts that people make: the builder, the figure, and the cards of a board."""
