"""
The rules, one AWS Lambda handler in each module of the folders of duties, and what they stand on.

Looking for garbage among the classes of botocore again and again takes a tenth of a handler's import, and there is
none: Python looks for it less often here. What a run leaves behind is still found.
"""

import gc

gc.set_threshold(50_000, 20, 100)
