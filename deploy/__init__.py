"""What it takes to run Qawl on other machines; used from a checkout, no part of the installed package."""
