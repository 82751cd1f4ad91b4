"""Reading AWS's service models, which are megabytes of JSON."""

import gzip
import json
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader


class PlainLoader(JSONFileLoader):  # type: ignore[misc]  # botocore ships no types
    """Reads models into plain dicts, in less than half the time of botocore's OrderedDicts: both keep their order."""

    def load_file(self, file_path: str) -> Any:
        """Return the content of a JSON file that is named without its ending, None where there is none."""
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            path = Path(file_path + ending)
            if path.is_file():
                with opened(path, "rb") as file:
                    return json.load(file)
        return None
