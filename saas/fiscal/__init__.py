"""Fiscal documents: series, control numbers, the rules of each country, and what was issued."""
