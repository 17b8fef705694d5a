"""Models as other programs take them; each export proves that it answers as the model does before it is handed out."""
