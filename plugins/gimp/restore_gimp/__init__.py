"""The GIMP side of "Restore with instruction": what is GIMP's and only that. The rest is `restored_client`, which lies beside.

procedures   what GIMP can call, and what each run mode does
layers       which drawable is meant, and sentences for those that cannot be used
pixels       drawable and selection -> Pixels, and back, exactly
apply        one restoration: take, restore, give back as one undo step
recipes      the recipe on a layer
headless     the same without a window
remarks      sentences about a plan
dialog, link   the window and its line to the daemon
chips, library, controls, statusline, preview, navigator, previewing, raster, look   its parts
words        translations
"""
