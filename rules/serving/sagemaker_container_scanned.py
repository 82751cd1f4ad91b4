"""Rule: sagemaker-container-scanned."""

from typing import Annotated, Literal

from rules.criteria.images import Limits, image_defects
from rules.engine.duties import Severity
from rules.engine.parameters import Between, Matching
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable, out_of_scope
from rules.facts import container_images
from rules.facts.container_images import ContainedModel
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerContainerScanned(PeriodicRule[ContainedModel]):
    """
    Checks if the container images of Amazon SageMaker AI models are scanned, patched and pinned.

    The rule is NON_COMPLIANT if an image has no scan or grave findings, is too old, can be exchanged under its tag, or
    comes from a registry that is not allowed.

    ## Why
    A model runs inside a container, whose libraries have vulnerabilities that become known after it was built.

    ## Fix
    Scan images when they are pushed, or continuously with Amazon Inspector, and rebuild those with findings:

        aws ecr put-registry-scanning-configuration --scan-type ENHANCED --rules …
        aws ecr put-image-tag-mutability --repository-name <name> --image-tag-mutability IMMUTABLE

    Name the digest in `Image` of the container (CreateModel): `<registry>/<repository>@sha256:…`.
    In the AWS CDK: `ecr.Repository(self, "Images", image_scan_on_push=True,
    image_tag_mutability=ecr.TagMutability.IMMUTABLE)`.

    ## Limits
    Scans are visible for images of the account's own registry only: those of other accounts, such as the deep learning
    containers of AWS, and of other registries are NOT_APPLICABLE, unless `allowedRegistries` shuts them out.
    Images that inference components name without a model are not judged.
    The age is that of the push; findings of the severity UNDEFINED do not count.
    """

    title = "Container images of SageMaker models are scanned, patched and pinned"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html",
    )
    reports = ("AWS::SageMaker::Model",)
    nothing_to_judge = "No SageMaker model of this account and Region runs a container image."
    collect = container_images.contained_models

    allowed_registries: Annotated[
        tuple[str, ...],
        Matching(r"[0-9A-Za-z.:-]+", "account ids, or hosts of registries"),
        "Registries that images may come from besides the account's own; without any, all.",
    ] = ()
    max_severity: Annotated[
        Literal["low", "medium", "high", "critical"], "The severity from which on findings fail."
    ] = "high"
    max_image_age_days: Annotated[int, Between(1, 3653), "Most days since an image was pushed."] = 180
    require_digest: Annotated[bool, "Whether an image whose tag can be moved has to be named by its digest."] = True

    def judge(self, model: ContainedModel, /) -> Verdict:
        """Return whether the model's images are safe to run."""
        own = [image for image in model.images if image.own]
        others = [image for image in model.images if not image.own]
        shut_out = [one for one in others if self.allowed_registries and one.registry not in self.allowed_registries]
        defects = [f"The image {one.uri} comes from a registry that is not allowed." for one in shut_out]
        limits = Limits(self.max_severity, self.max_image_age_days, require_digest=self.require_digest)
        defects += [defect for image in own for defect in image_defects(image, limits)]
        if defects:
            return non_compliant(*dict.fromkeys(defects))
        unseen = [f"Scans of {one.uri} are not visible in this account." for one in others]
        unseen += [f"The images of the model package {name} are not visible here." for name in model.closed_packages]
        if own:
            said = "Scanned, patched and pinned" if self.require_digest else "Scanned and patched"
            return compliant(f"{said}: {listed((one.uri for one in own), longest=96)}.", *unseen)
        return not_applicable(*unseen) if unseen else out_of_scope("The model names no container image.")


handler = SageMakerContainerScanned.lambda_handler()
