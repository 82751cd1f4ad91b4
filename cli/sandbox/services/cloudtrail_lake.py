"""AWS CloudTrail: event data stores."""

from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.shelves import Shelf

STORES: Final = Shelf(
    "cloudtrail",
    "event data store",
    ("EventDataStoreArn", "Name"),
    "Name",
    missing="EventDataStoreNotFoundException",
)
_MANAGEMENT: Final = {
    "Name": "Default management events",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}


@operation("cloudtrail", "CreateEventDataStore")
def create_event_data_store(call: Call) -> Result:
    """Create an event data store; without selectors it takes management events."""
    store_id = "-".join(random_id(length, "0123456789abcdef") for length in (8, 4, 4, 4, 12))
    record = {
        "AdvancedEventSelectors": [_MANAGEMENT],
        "MultiRegionEnabled": True,
        "OrganizationEnabled": False,
        "RetentionPeriod": 366,
        "TerminationProtectionEnabled": True,
        "BillingMode": "EXTENDABLE_RETENTION_PRICING",
        **call.params,
        "EventDataStoreArn": call.arn(f"eventdatastore/{store_id}"),
        "Status": "ENABLED" if call.params.get("StartIngestion", True) else "STOPPED_INGESTION",
        "CreatedTimestamp": call.now,
        "UpdatedTimestamp": call.now,
    }
    return STORES.answer(call, STORES.put(call, record))


STORES.serves_get("GetEventDataStore", "EventDataStore")
STORES.serves_list("ListEventDataStores")
STORES.serves_update("UpdateEventDataStore", "EventDataStore")
STORES.serves_delete("DeleteEventDataStore", "EventDataStore")
STORES.serves_status("StartEventDataStoreIngestion", "EventDataStore", "ENABLED", member="Status")
STORES.serves_status("StopEventDataStoreIngestion", "EventDataStore", "STOPPED_INGESTION", member="Status")
