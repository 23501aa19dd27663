"""The exercise sheet: a check for each of its answers, and what is wrong with what it prints."""
