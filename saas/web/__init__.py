"""The edge that people and programs meet: the application, its pages' shell, its errors."""
