"""Where runs run: in turns on this machine, or on one that is rented for minutes."""
