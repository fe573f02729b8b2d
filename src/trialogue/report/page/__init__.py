"""The page of a meeting: one HTML file in which it is looked at, listened to and searched."""
