"""The builder: the canvas, and below it what the selected node made, results, runs and versions."""
