"""Small pictures for the window as plain 8-bit RGB bytes, without cairo (GIMP's Python does not everywhere have it)."""

from gi.repository import GdkPixbuf, Gegl, GLib, Gtk

CHECK, LIGHT, DARK = 8, 0xFFA0A0A0, 0xFF707070


def rgb(buffer, x, y, width, height, alpha, scale=1.0):
    """A rectangle of a Gegl buffer as sRGB bytes; what is transparent shows GIMP's checks."""
    place = Gegl.Rectangle.new(x, y, width, height)
    name = "R'G'B'A u8" if alpha else "R'G'B' u8"
    data = buffer.get(place, scale, name, Gegl.AbyssPolicy.CLAMP)
    return on_checks(data, width, height) if alpha else data


def of_pixels(pixels, babl, x, y, width, height):
    """A rectangle of Pixels, in a format of babl's, as sRGB bytes."""
    buffer = Gegl.Buffer.new(babl, 0, 0, pixels.width, pixels.height)
    buffer.set(Gegl.Rectangle.new(0, 0, pixels.width, pixels.height), babl, bytes(pixels.data))
    return rgb(buffer, x, y, width, height, pixels.channels in (2, 4))


def behind(data, mask, width, height):
    """sRGB bytes as a layer mask lets them through, one byte of it for each pixel: what it hides shows GIMP's checks.

    A layer may have alpha, too: its checks are under the picture already, and under the same ones the two add up rightly.
    """
    rgba = bytearray(4 * width * height)
    for channel in range(3):
        rgba[channel::4] = data[channel::3]
    rgba[3::4] = mask
    return on_checks(bytes(rgba), width, height)


def on_checks(rgba, width, height):
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(GLib.Bytes.new(rgba), GdkPixbuf.Colorspace.RGB, True, 8, width, height, width * 4)
    flat = pixbuf.composite_color_simple(width, height, GdkPixbuf.InterpType.NEAREST, 255, CHECK, LIGHT, DARK)
    data, stride, channels = flat.get_pixels(), flat.get_rowstride(), flat.get_n_channels()
    rows = (data[y * stride : y * stride + width * channels] for y in range(height))
    if channels == 3:
        return b"".join(rows)
    whole = b"".join(rows)
    out = bytearray(width * height * 3)
    for channel in range(3):
        out[channel::3] = whole[channel::4]
    return bytes(out)


def pixbuf(data, width, height):
    return GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(bytes(data)), GdkPixbuf.Colorspace.RGB, False, 8, width, height, width * 3
    )


def show(image, data, width, height, times=1):
    """Show the data on a Gtk.Image, one pixel of it for each of the screen's, or `times` as large. A fine screen has two or three
    pixels for one of GTK's.

    GTK would enlarge a pixbuf there, and nobody could judge sharpness by it; an icon of the right size stays as it is.
    """
    picture, factor = pixbuf(data, width, height), image.get_scale_factor()
    if times > 1:
        width, height = width * times, height * times
        picture = picture.scale_simple(width, height, GdkPixbuf.InterpType.NEAREST)
    if factor == 1:
        image.set_from_pixbuf(picture)
        return
    # an icon is asked for in whole pixels of GTK's: without a rest to divide nothing is scaled
    side = max(width, height)
    side -= side % factor
    if side == 0:
        image.set_from_pixbuf(picture)
        return
    if side != max(width, height):
        width, height = min(width, side), min(height, side)
        picture = picture.new_subpixbuf(0, 0, width, height)
    image.set_pixel_size(side // factor)
    image.set_from_gicon(picture, Gtk.IconSize.DIALOG)


def split(before, after, width, height, column):
    """`before` left of the column, `after` from it on."""
    cut, row = column * 3, width * 3
    return bytearray().join(
        before[start : start + cut] + after[start + cut : start + row] for start in range(0, height * row, row)
    )


def beside(before, after, width, height, gap):
    """Both pictures in one, with `gap` gray columns between them: 2 * width + gap pixels wide."""
    row, between = width * 3, b"\x50" * (3 * gap)
    return bytearray().join(
        part
        for start in range(0, height * row, row)
        for part in (before[start : start + row], between, after[start : start + row])
    )


def tinted(data, mask, width, height):
    """The picture with what the mask (u8, of the same size) covers in red, half of it through."""
    count = width * height
    veil = bytearray(4 * count)
    veil[0::4] = b"\xff" * count
    veil[1::4] = b"\x28" * count
    veil[2::4] = b"\x28" * count
    veil[3::4] = bytes(mask).translate(_HALF)
    over = GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(bytes(veil)), GdkPixbuf.Colorspace.RGB, True, 8, width, height, 4 * width
    )
    under = pixbuf(data, width, height).copy()
    over.composite(under, 0, 0, width, height, 0, 0, 1, 1, GdkPixbuf.InterpType.NEAREST, 255)
    return rows_of(under, width, height)


_HALF = bytes(value * 6 // 10 for value in range(256))


def rows_of(picture, width, height):
    """A pixbuf's RGB bytes, without the padding of its rows."""
    pixels, stride = picture.get_pixels(), picture.get_rowstride()
    if stride == 3 * width:
        return pixels[: 3 * width * height]
    return b"".join(pixels[y * stride : y * stride + width * 3] for y in range(height))


def fill(data, width, height, x, y, w, h, colour):
    """Paint a rectangle, cut off at the edges."""
    left, right = max(0, x), min(width, x + w)
    if left >= right:
        return
    run = bytes(colour) * (right - left)
    for line in range(max(0, y), min(height, y + h)):
        start = (line * width + left) * 3
        data[start : start + len(run)] = run


def frame(data, width, height, x, y, w, h, colour):
    """Paint a rectangle's outline, one pixel wide."""
    fill(data, width, height, x, y, w, 1, colour)
    fill(data, width, height, x, y + h - 1, w, 1, colour)
    fill(data, width, height, x, y, 1, h, colour)
    fill(data, width, height, x + w - 1, y, 1, h, colour)
