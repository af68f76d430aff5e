"""Configuration of the two networks, saved with their weights."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeVar

from handviz.errors import ModelFileError

BackboneName = Literal["hand_landmark", "mobilenet_v2", "resnet18", "resnet50", "twin"]


@dataclass(frozen=True)
class GeneratorConfig:
    """The generation network: photo -> K hand sequences. `paper()` gives the published configuration."""

    backbone: BackboneName = "mobilenet_v2"
    """Image backbone; the paper's is resnet50. twin: mobilenet_v2 at 128 px beside the trunk of hand_landmark."""
    image_size: int = 128
    """Side of the square crop in pixels; the published weights of hand_landmark, and twin, want 224."""
    second_look: bool = True
    """Look once to find the joints in the crop, then again with the hand upright and filling the picture."""
    width: int = 128
    """Channels E of feature maps and tokens."""
    unfolder: Literal["shared", "per_timestep"] = "shared"
    """One decoder for all timesteps, or one each as in the paper."""
    tokens: Literal["joint", "timestep_joint"] = "joint"
    """One token a joint that holds all timesteps, or T*J tokens as in the paper."""
    source: Literal["noise", "embedding", "flow"] = "noise"
    """What tells hypotheses apart: Gaussian noise, for any K, K learned embeddings as in the paper, or noise carried to
    hypotheses by flow matching, for any K."""
    embeddings: int = 16
    """Number of learned embeddings; unused by the noise source."""
    noise_channels: int = 32
    """Channels of the noise shared by all tokens of a hypothesis; unused by embeddings."""
    token_noise_channels: int = 8
    """Channels of the noise drawn for each token; unused by embeddings."""
    camera: Literal["hypothesis", "shared"] = "hypothesis"
    """Wrist position and scale for each hypothesis, or shared by all K as in the paper."""
    flow_steps: int = 4
    """Euler steps from noise to hypotheses; used by the flow source alone, which has a camera for each hypothesis."""
    blocks: int = 3
    """Transformer blocks."""
    heads: int = 4
    """Attention heads."""

    @classmethod
    def paper(cls) -> "GeneratorConfig":
        """The published configuration (ICME 2025)."""
        return cls(
            backbone="resnet50", image_size=256, second_look=False, width=512, unfolder="per_timestep",
            tokens="timestep_joint", source="embedding", embeddings=16, camera="shared", blocks=4, heads=4,
        )  # fmt: skip


@dataclass(frozen=True)
class SelectorConfig:
    """The selection network: photo and hypothesis -> two logits mu, nu."""

    width: int = 128
    """Channels of tokens."""
    blocks: int = 3
    """Decoder blocks: self-attention among joints, cross-attention to the photo's features."""
    heads: int = 4
    """Attention heads."""
    backbone: Literal["generator", "mobilenet_v2", "resnet18", "resnet50"] = "generator"
    """Read the generator's feature maps, or run a backbone of its own as in the paper."""
    generator_width: int = 128
    """Channels of the generator's feature maps when they are read."""
    landmarks: bool = False
    """Compare each hypothesis with the landmarks that the backbone read from itself tells."""


@dataclass(frozen=True)
class WitnessConfig:
    """The witness: feature maps -> the smear of a photo."""

    generator_width: int = 128
    """Channels of the generator's feature maps."""


@dataclass(frozen=True)
class TrustConfig:
    """How far landmarks are to be trusted: what speaks for them -> errors and shares of each landmark."""

    width: int = 48
    """Hidden channels."""


NetworkConfig = GeneratorConfig | SelectorConfig | WitnessConfig | TrustConfig
Config = TypeVar("Config", GeneratorConfig, SelectorConfig, WitnessConfig, TrustConfig)


def config_to_dict(config: NetworkConfig) -> dict[str, Any]:
    """The configuration as plain JSON values."""
    return asdict(config)


def config_from_dict(kind: type[Config], values: dict[str, Any]) -> Config:
    """The configuration from plain JSON values. Raises ModelFileError on unknown or ill-typed fields."""
    known = {field.name: field for field in fields(kind)}
    unknown = set(values) - set(known)
    if unknown:
        raise ModelFileError(
            f"The weights need settings this handviz does not know ({', '.join(sorted(unknown))}); update it."
        )
    for name, value in values.items():
        if type(value) is not type(known[name].default):
            raise ModelFileError(f"The setting {name} of the weights is not of its type; download the weights again.")
    return kind(**values)
