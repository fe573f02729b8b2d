"""The websocket seam: one socket class for both roles, over TCP, TLS or memory."""
