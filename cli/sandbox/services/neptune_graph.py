"""Amazon Neptune Analytics: graphs and their private endpoints."""

from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.shelves import Shelf

# Graphs that AWS's own key encrypts say AWS_OWNED_KEY, which the service model's pattern does not foresee.
# https://docs.aws.amazon.com/cli/latest/reference/neptune-graph/create-graph.html
GRAPHS: Final = Shelf("neptune-graph", "graph", ("id", "arn"), "name", forms=False)
ENDPOINTS: Final = Shelf("neptune-graph", "private graph endpoint", ("vpcId",), within=("graphIdentifier",))


def create_graph(call: Call) -> Result:
    """Create a graph; without a key, AWS's own key encrypts it."""
    graph_id = f"g-{random_id(10)}"
    record = {
        "publicConnectivity": False,
        "replicaCount": 1,
        "deletionProtection": True,
        "kmsKeyIdentifier": "AWS_OWNED_KEY",
        **call.params,
        "id": graph_id,
        "name": call.params["graphName"],
        "arn": call.arn(f"graph/{graph_id}"),
        "status": "AVAILABLE",
        "createTime": call.now,
        "endpoint": f"{graph_id}.{call.region}.neptune-graph.amazonaws.com",
    }
    return GRAPHS.answer(call, GRAPHS.put(call, record))


@operation("neptune-graph", "CreatePrivateGraphEndpoint")
def create_private_graph_endpoint(call: Call) -> Result:
    """Let a VPC reach a graph."""
    GRAPHS.find(call, call.params["graphIdentifier"])
    record = {
        "vpcId": "vpc-default",
        "subnetIds": [],
        **call.params,
        "status": "AVAILABLE",
        "vpcEndpointId": f"vpce-{random_id(17, '0123456789abcdef')}",
    }
    return ENDPOINTS.answer(call, ENDPOINTS.put(call, record))


GRAPHS.registers("CreateGraph", create_graph)
GRAPHS.serves_get("GetGraph", "graphIdentifier")
GRAPHS.serves_list("ListGraphs")
GRAPHS.serves_update("UpdateGraph", "graphIdentifier")
GRAPHS.serves_delete("DeleteGraph", "graphIdentifier", status="DELETING")
ENDPOINTS.serves_get("GetPrivateGraphEndpoint", "vpcId")
ENDPOINTS.serves_list("ListPrivateGraphEndpoints")
ENDPOINTS.serves_delete("DeletePrivateGraphEndpoint", "vpcId", status="DELETING")
