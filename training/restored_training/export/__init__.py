"""What finished runs become: experts joined into one model, and bundles."""
