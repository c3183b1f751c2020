"""The page shell: static files, navigation, preferences, error pages."""
