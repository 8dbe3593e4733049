"""The code that is read from one screen and typed on another: three words of 256, so 24 bits, good for one attempt.

The words are short, concrete and far apart: no two are one typing error away from each other (a test says so).
"""

import secrets
from typing import Final

COUNT: Final = 3

_LIST: Final = """
acorn actor album alley amber angel apple apron arrow aspen atlas attic badge bagel baker bamboo banjo barrel basket beach
beaver berry bicycle biscuit blanket blossom bonnet border bottle bracket bread brick bridge broom bubble bucket buffalo bugle
butter button cabbage cactus camel camera candle canyon carpet carrot castle cedar cellar cherry chimney cinema circus citrus
clarinet clover cobweb coconut coffee compass copper coral corner cotton cousin cradle crayon cricket crystal cupboard curtain
cushion dagger daisy dancer desert diamond dinner doctor dolphin donkey dragon drummer eagle earring echo eclipse elbow
elephant engine envelope evening falcon feather fiddle finger fisher flamingo flannel flute forest fossil fountain fox galaxy
garden garlic gazelle giraffe glacier goblet gondola gorilla granite guitar hammer harbour harvest hazel hedgehog helmet heron
hickory honey horizon hostel iceberg igloo insect island ivory jacket jaguar jasmine jigsaw jungle kettle kitten koala ladder
lagoon lantern laurel lemon leopard library lilac lizard lobster locket lumber magnet mango maple marble meadow melon mirror
morning mosaic muffin museum mustard napkin nectar needle nephew nickel noodle nutmeg oasis ocean octopus office olive onion
orange orchard organ ostrich oyster paddle palace panther peanut pebble pelican pepper piano pickle pigeon pillow pirate
planet plaster poppy potato prairie pumpkin puzzle pyramid quartz rabbit raccoon radish rainbow raven ribbon saffron salmon
sandal sardine saxophone scarf school sculptor shadow shovel silver skeleton slipper snail spider sponge squirrel stable
statue summer sunset swallow temple thimble thunder tiger tomato tractor trumpet tulip tunnel turtle umbrella uncle unicorn
vanilla velvet village violin volcano waffle walnut walrus whistle zebra zeppelin
"""

WORDS: Final = tuple(_LIST.split())


def make_code() -> str:
    """A fresh code, such as "otter-lamp-violet"."""
    return "-".join(secrets.choice(WORDS) for _ in range(COUNT))


def typed(text: str) -> str:
    """A code as somebody typed it: capitals, spaces and commas do not matter."""
    return "-".join(text.lower().replace("-", " ").replace(",", " ").split())


def is_code(text: str) -> bool:
    """Whether `typed` text can be a code at all: a slip is noticed before the one attempt is spent."""
    found = text.split("-")
    return len(found) == COUNT and all(word in WORDS for word in found)
