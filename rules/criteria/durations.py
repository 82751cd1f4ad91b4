"""Words for how long something is kept."""


def bounds(least: int, most: int) -> str:
    """Return the words for a wanted number of days; 0 is no bound, and one of the two is set."""
    return f"{least or 1} to {in_days(most)}" if most else f"at least {in_days(least)}"


def in_days(number: int) -> str:
    """Return "1 day" or "90 days"."""
    return "1 day" if number == 1 else f"{number} days"
