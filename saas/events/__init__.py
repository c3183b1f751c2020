"""Events, their zones and prices, and the places that can be sold once."""
