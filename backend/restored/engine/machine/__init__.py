"""What it runs on: devices and runtimes, measured; memory and load; the models that are open."""
