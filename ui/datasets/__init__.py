"""The datasets page, one file per part: the list, and the tabs of one dataset."""
