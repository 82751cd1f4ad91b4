"""Amazon EC2: listings in pages."""

from cli.sandbox.operations import repage

repage(
    "ec2",
    "DescribeNetworkInterfaces",
    "DescribeRouteTables",
    "DescribeSecurityGroupRules",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcEndpoints",
    "DescribeVpcs",
    reason="Moto ignores MaxResults and NextToken.",
    page_size=1000,
)
