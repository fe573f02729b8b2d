"""Services of voice agents and of ears: what a vendor's dialect must do, and the dialects themselves."""
