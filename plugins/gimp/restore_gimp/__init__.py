"""The GIMP side of "Restore with instruction": what is GIMP's and only that. The rest is `restored_client`, which lies beside.

Files of the same name do the same job in every adapter:

entries      what the host can call, and what each way of calling does
window       the window; its parts: field, chips, options, preview, status, recall, theme, words
watching     layer and preview: what the desk asks for and shows
layers       which layer is meant, and sentences for those that cannot be used
pixels       the host's pixels -> Pixels, and back, exactly
recipes      how a layer was made, noted on it

Only GIMP's: apply (take, restore, give back as one undo step), headless (the same without a window), navigator, raster, origin,
refused, help, trace.
"""
