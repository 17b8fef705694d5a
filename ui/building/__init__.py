"""The builder: the canvas, and below it what the selected node made, results, runs, versions and the text."""
