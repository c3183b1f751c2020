"""The demo tenants: what `taquilla demo` makes on an empty house, by the same services that people's clicks call."""
