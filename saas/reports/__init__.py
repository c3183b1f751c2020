"""What is looked at over all domains: the day's figures."""
