"""`make bench`: how fast the site is, beside the least that Django itself can do, in one run."""
