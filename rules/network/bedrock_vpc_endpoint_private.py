"""Rule: bedrock-vpc-endpoint-private."""

from typing import Annotated

from rules.criteria.networks import private_access_defects
from rules.engine.duties import Severity
from rules.engine.parameters import InPack, Matching
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable, out_of_scope
from rules.facts import ai_networks
from rules.facts.ai_networks import AiVpc
from rules.facts.ec2 import AiService
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockVpcEndpointPrivate(PeriodicRule[AiVpc]):
    """
    Checks if VPCs with AI workloads reach Amazon Bedrock through private interface endpoints.

    The rule is NON_COMPLIANT if an endpoint for a service in use is missing, not available or without private DNS,
    or if its security groups are open to the world.

    ## Why
    Without an endpoint, prompts and answers leave the VPC for public addresses, and subnets need a way to the
    internet that stolen data can take as well.

    ## Fix
    Create the endpoint in the VPC that the annotation is about:

        aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <VPC> --private-dns-enabled
          --service-name com.amazonaws.<Region>.bedrock-runtime --subnet-ids … --security-group-ids …

    In the AWS CDK, `vpc.add_interface_endpoint("Bedrock", service=ec2.InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME)`.
    In front of it, let in port 443 from the workloads' security groups or addresses only.

    ## Limits
    Workloads are Lambda functions that may invoke models, and SageMaker models, notebook instances, domains, and the
    newest hundred training and processing jobs of the last week; containers and EC2 instances are not looked at.
    Endpoints in other VPCs that are reached by peering, a transit gateway or a Route 53 profile cannot be seen: exempt
    such VPCs with a tag. The endpoints of a VPC that another account shares cannot be seen either (NOT_APPLICABLE).
    Without `services`, bedrock-runtime is wanted, bedrock-agent-runtime where agents or knowledge bases exist, and
    bedrock-mantle where it was used in the last two weeks; a FIPS endpoint counts for its service.
    Whether a subnet still has a way to the internet is not judged.
    """

    title = "VPCs with AI workloads reach Bedrock through private endpoints"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/vpc-interface-endpoints.html",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
    )
    reports = ("AWS::EC2::VPC",)
    nothing_to_judge = "No VPC of this Region is known to run AI workloads."
    collect = ai_networks.ai_vpcs

    services: Annotated[
        tuple[AiService, ...], "Services that need an endpoint; without any, those that the account uses."
    ] = ()
    vpc_scope: Annotated[
        tuple[str, ...],
        Matching(r"workloads|all|vpc-[0-9a-f]{8,17}", "workloads, all, or ids of VPCs"),
        InPack(),
        "VPCs that are judged: those with AI workloads, all of them, or the ones listed.",
    ] = ("workloads",)
    require_private_dns: Annotated[bool, "Whether endpoints need private DNS."] = True

    def judge(self, vpc: AiVpc, /) -> Verdict:
        """Return whether each wanted service has a private endpoint in the VPC that is not open to everybody."""
        chosen = "all" in self.vpc_scope or vpc.resource.id in self.vpc_scope
        if not chosen and not ("workloads" in self.vpc_scope and vpc.workloads):
            return out_of_scope("No AI workload is known to run in this VPC.")
        if vpc.shared:
            return not_applicable(f"Account {vpc.owner_id} shares this VPC; its endpoints cannot be seen from here.")
        wanted = [service for service in self.services or vpc.services_in_use if service in vpc.offered]
        if not wanted:
            return out_of_scope("The account uses no service that this Region has private endpoints for.")
        defects = private_access_defects(vpc, wanted, private_dns=self.require_private_dns)
        if defects:
            return non_compliant(*defects)
        return compliant(f"Private endpoints serve {listed(wanted, most=7)}.")


handler = BedrockVpcEndpointPrivate.lambda_handler()
