"""What can be done with a sale: hold, change, confirm, end, read; and admitting its tickets."""
