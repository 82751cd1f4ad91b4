"""
The rules, one AWS Lambda handler in each module of the folders of duties, and what they stand on.

Looking for garbage among the classes of botocore again and again takes a tenth of a handler's import, and there is
none: Python looks for it less often here, and often enough that a warm function stays as small as it began.
"""

import gc

gc.set_threshold(10_000, 10, 10)
