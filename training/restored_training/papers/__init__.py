"""The two papers' claims, tested at a size that fits: arms, runs on a CPU or a rented GPU, and the page that reports them.

Needs torch and numpy only (a rented machine has little else); `page` and `crops.build` need more and are used at home.
"""
