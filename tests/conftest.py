"""How Hypothesis draws: the same cases every time, and new ones with ``--hypothesis-profile=explore``."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("repeatable")
