"""Work that failed for good, as people see it: what it was, why, and trying it again or letting it go."""
