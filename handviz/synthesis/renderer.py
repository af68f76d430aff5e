"""The moderngl renderer: N moments of a scene as tiles of one picture, then their mean in linear light.

The same code runs on a GPU and on a software rasteriser; only EGL is needed, no screen. Last bits may differ between
drivers, since each rounds in its own way; the truth of a sample never comes from here, only its visible joints do.
"""

import os
from dataclasses import dataclass, fields
from pathlib import Path

import moderngl
import numpy as np

from handviz.errors import DeviceError
from handviz.synthesis.assets import load_image, srgb_to_linear
from handviz.synthesis.light import PanoramaLight
from handviz.synthesis.meshes import Surface

_SHADERS = Path(__file__).parent / "shaders"
_CLIP_DISTANCE0 = 0x3000
MAX_MOMENTS = 33
MAX_SHAPES = 12
_LARGEST_TARGET = 4096
BACKDROP_REACH = 1.35
"""The backdrop's side in crop sides, so that a shaking camera finds something beyond the crop's edge."""


@dataclass(frozen=True)
class Look:
    """Uniform values of one sample's light and matter, named as in the shaders; colours linear."""

    panorama_from_camera: np.ndarray
    key_direction: np.ndarray
    key_light: np.ndarray
    skin: Path
    skin_gain: np.ndarray
    skin_flat: np.ndarray
    skin_wrap: np.ndarray
    skin_detail: float
    cloth_pattern: np.ndarray
    cloth_second: np.ndarray
    object_pattern: np.ndarray
    object_second: np.ndarray


@dataclass(frozen=True)
class Backdrop:
    """Uniform values of one sample's backdrop, named as in backdrop.frag; base is 0 for a photograph (else photo is
    None), 1 for the panorama, 2 for a wall.

    shapes: rows of 16 numbers, shape_place, shape_form, shape_first and shape_second one after another.
    """

    base: int
    photo: Path | None
    photo_from_place: np.ndarray
    photo_detail: float
    photo_gain: np.ndarray
    wall_first: np.ndarray
    wall_second: np.ndarray
    wall_way: np.ndarray
    shapes: np.ndarray


@dataclass(frozen=True)
class Scene:
    """What is drawn before the backdrop: skin, and cloth and objects if there are any."""

    skin: Surface
    matter: Surface | None

    def during(self, moments: slice) -> "Scene":
        """Some of its moments."""
        return Scene(self.skin.during(moments), None if self.matter is None else self.matter.during(moments))


class Renderer:
    """An off-screen context. Use it from the thread that made it."""

    def __init__(self, skin_window: np.ndarray) -> None:
        self.context = _context()
        context = self.context
        for plane in range(4):
            context.enable_direct(_CLIP_DISTANCE0 + plane)
        context.front_face = "cw"  # rows run downward
        lit = _source("surface.vert")
        self._skin = context.program(lit, fragment_shader=_source("skin.frag"))
        self._matter = context.program(lit, fragment_shader=_source("matter.frag"))
        screen = _source("screen.vert")
        # A software rasteriser runs both sides of a branch, so what is known beforehand is compiled in.
        self._exposures = [self._quad(screen, _source("exposure.frag", SHAKING=value)) for value in (0, 1)]
        self._backdrops = [self._quad(screen, _source("backdrop.frag", BASE=value)) for value in range(4)]
        self._pictures: dict[Path, moderngl.Texture] = {}
        self._lights: dict[int, tuple[PanoramaLight, moderngl.Texture, moderngl.Texture]] = {}
        self._targets: dict[tuple[str, int, int], moderngl.Framebuffer] = {}
        _set(self._skin, "skin_window", skin_window)

    def _quad(self, vertex: str, fragment: str) -> moderngl.VertexArray:
        return self.context.vertex_array(self.context.program(vertex, fragment_shader=fragment), [])

    @property
    def name(self) -> str:
        """What draws, as the driver calls itself."""
        return str(self.context.info["GL_RENDERER"])

    def expose(
        self,
        scene: Scene,
        size: int,
        crop_focal: float,
        jitter: np.ndarray,
        light: PanoramaLight,
        look: Look,
        backdrop: Backdrop,
        backdrop_from_crop: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The mean of all moments in linear light (size, size, 3), and the middle moment's depth (size, size) in
        metres, 0 where only backdrop is. jitter (N, 2) in pixels; backdrop_from_crop (N, 3, 3) on centred crop
        coordinates, identities for a still camera."""
        # Another renderer of this thread may have made its own context current.
        with self.context:
            count = len(scene.skin.positions)
            shaking = bool(np.abs(backdrop_from_crop - np.eye(3)).max() > 1e-7)
            reach = BACKDROP_REACH if shaking else 1.0
            behind = self._draw_backdrop(size, reach, crop_focal, light, look, backdrop)
            # Large pictures do not fit side by side: as many moments as do, one lot after another.
            lot = min(MAX_MOMENTS, max(_LARGEST_TARGET // size, 1) ** 2)
            total, depth = np.zeros((size, size, 3), np.float32), None
            for first in range(0, count, lot):
                part = slice(first, min(first + lot, count))
                moves = backdrop_from_crop[part]
                seen, depths = self._expose_lot(
                    scene.during(part),
                    size,
                    crop_focal,
                    jitter[part],
                    light,
                    look,
                    behind,
                    reach,
                    moves,
                    count // 2 - first,
                )
                total += seen * ((part.stop - part.start) / count)
                depth = depths if depths is not None else depth
            return total, depth

    def _expose_lot(
        self, scene, size, crop_focal, jitter, light, look, behind, reach, backdrop_from_crop, middle
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The mean of some moments, and the depth of moment `middle` if it is among them."""
        count = len(jitter)
        columns = int(np.ceil(np.sqrt(count)))
        rows = -(-count // columns)
        clip_jitter = np.zeros((MAX_MOMENTS, 2), np.float32)
        clip_jitter[:count] = 2.0 * jitter / size
        tiles = self._draw_moments(scene, size, columns, rows, crop_focal, clip_jitter, light, look)
        picture = self._average(size, count, columns, clip_jitter, tiles, behind, reach, backdrop_from_crop)
        if not 0 <= middle < count:
            return picture, None
        corner = (size * (middle % columns), size * (middle // columns), size, size)
        depth = np.frombuffer(tiles.read(viewport=corner, components=4, dtype="f4"), np.float32)
        return picture, depth.reshape(size, size, 4)[..., 3]

    def _draw_backdrop(self, size, reach, crop_focal, light, look, backdrop) -> moderngl.Texture:
        side = round(size * reach)
        target = self._target("backdrop", side, side, depth=False)
        target.use()
        quad = self._backdrops[_variant(backdrop)]
        program = quad.program
        _set(program, "reach", reach)
        _set(program, "crop_focal", crop_focal)
        _set(program, "panorama_from_camera", _columns(look.panorama_from_camera))
        for name in ("photo_detail", "photo_gain", "wall_first", "wall_second", "wall_way"):
            _set(program, name, getattr(backdrop, name))
        _set(program, "photo_from_place", _columns(backdrop.photo_from_place))
        shapes = np.zeros((MAX_SHAPES, 4, 4), np.float32)
        shapes[: len(backdrop.shapes)] = np.reshape(backdrop.shapes, (-1, 4, 4))
        _set(program, "shape_count", len(backdrop.shapes))
        for order, name in enumerate(("shape_place", "shape_form", "shape_first", "shape_second")):
            _set(program, name, shapes[:, order])
        if backdrop.photo is not None:
            self._picture(backdrop.photo).use(0)
        self._light_textures(light)[1].use(1)
        _set(program, "photo", 0)
        _set(program, "panorama", 1)
        quad.render(vertices=3)
        return target.color_attachments[0]

    def _draw_moments(self, scene, size, columns, rows, crop_focal, clip_jitter, light, look) -> moderngl.Framebuffer:
        target = self._target("moments", size * columns, size * rows, depth=True)
        target.use()
        self.context.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        target.clear(0.0, 0.0, 0.0, 0.0)
        self._picture(look.skin).use(0)
        self._light_textures(light)[0].use(1)
        for surface, program in ((scene.skin, self._skin), (scene.matter, self._matter)):
            if surface is None:
                continue
            for name, value in (
                ("columns", columns),
                ("rows", rows),
                ("crop_focal", crop_focal),
                ("picture", 0),
                ("mirror", 1),
            ):
                _set(program, name, value)
            _set(program, "vertices_per_moment", surface.positions.shape[1])
            _set(program, "jitter", clip_jitter)
            _set(program, "harmonics", light.harmonics)
            _set(program, "panorama_from_camera", _columns(look.panorama_from_camera))
            _set(program, "is_skin", float(program is self._skin))
            _set(program, "wrap", look.skin_wrap if program is self._skin else np.zeros(3))
            for field in fields(look):
                if field.name not in ("skin", "panorama_from_camera"):
                    _set(program, field.name, getattr(look, field.name))
            self._draw_surface(surface, program)
        self.context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        return target

    def _draw_surface(self, surface: Surface, program: moderngl.Program) -> None:
        count, per_moment = surface.positions.shape[:2]
        moving = np.empty((count, per_moment, 6), np.float32)
        moving[..., :3] = surface.positions
        moving[..., 3:] = surface.normals
        fixed = np.empty((count, per_moment, 9), np.float32)
        fixed[..., :2] = surface.uv
        fixed[..., 2:5] = surface.tint
        fixed[..., 5:] = surface.matter
        starts = np.arange(count, dtype=np.int32) * per_moment
        index = surface.faces.astype(np.int32)[None] + starts[:, None, None]
        buffers = [self.context.buffer(values) for values in (moving, fixed, index)]
        layout = [
            (buffers[0], "3f 3f", "in_position", "in_normal"),
            (buffers[1], "2f 3f 4f", "in_uv", "in_tint", "in_matter"),
        ]
        mesh = self.context.vertex_array(program, layout, index_buffer=buffers[2])
        mesh.render(moderngl.TRIANGLES, vertices=index.size)
        for made in (mesh, *buffers):
            made.release()

    def _average(self, size, count, columns, clip_jitter, tiles, behind, reach, backdrop_from_crop) -> np.ndarray:
        target = self._target("exposure", size, size, depth=False)
        target.use()
        quad = self._exposures[int(reach > 1.0)]
        program = quad.program
        moves = np.tile(np.eye(3, dtype=np.float32), (MAX_MOMENTS, 1, 1))
        moves[:count] = backdrop_from_crop
        _set(program, "backdrop_from_crop", np.swapaxes(moves, 1, 2))
        _set(program, "backdrop_reach", reach)
        _set(program, "count", count)
        _set(program, "columns", columns)
        _set(program, "size", size)
        _set(program, "jitter", clip_jitter)
        tiles.color_attachments[0].use(0)
        behind.use(1)
        _set(program, "moments", 0)
        _set(program, "backdrop", 1)
        quad.render(vertices=3)
        values = np.frombuffer(target.read(components=4, dtype="f4"), np.float32)
        return values.reshape(size, size, 4)[..., :3].copy()

    def _target(self, role: str, width: int, height: int, depth: bool) -> moderngl.Framebuffer:
        key = (role, width, height)
        if key not in self._targets:
            dtype = "f4" if role == "exposure" else "f2"
            texture = self.context.texture((width, height), 4, dtype=dtype)
            texture.repeat_x = texture.repeat_y = False
            buffer = self.context.depth_renderbuffer((width, height)) if depth else None
            self._targets[key] = self.context.framebuffer([texture], buffer)
        return self._targets[key]

    def _picture(self, path: Path) -> moderngl.Texture:
        if path not in self._pictures:
            # Square roots of linear light: near enough to sRGB's even steps, and cheap to undo in a shader.
            linear = srgb_to_linear(load_image(path) / 255.0)
            height, width = linear.shape[:2]
            packed = np.full((height, width, 4), 255, np.uint8)
            packed[..., :3] = np.sqrt(linear) * 255.0 + 0.5
            texture = self.context.texture((width, height), 4, packed)
            texture.build_mipmaps()
            texture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
            self._pictures[path] = texture
        return self._pictures[path]

    def _light_textures(self, light: PanoramaLight) -> tuple[moderngl.Texture, moderngl.Texture]:
        key = id(light)
        if key not in self._lights:
            mirror = self.context.texture(light.mirror.shape[1::-1], 3, light.mirror.tobytes(), dtype="f4")
            mirror.repeat_x = mirror.repeat_y = False
            picture = self.context.texture(light.picture.shape[1::-1], 3, light.picture.tobytes(), dtype="f4")
            picture.repeat_y = False
            self._lights[key] = (light, mirror, picture)
        return self._lights[key][1:]


def _context() -> moderngl.Context:
    os.environ.setdefault("EGL_PLATFORM", "surfaceless")
    try:
        return moderngl.create_context(standalone=True, backend="egl", require=430)
    except Exception as error:  # moderngl raises bare Exception for every failure of the driver
        raise DeviceError(
            f"No OpenGL 4.3 context through EGL ({error}); install the packages libegl1 and libgl1-mesa-dri."
        ) from error


def _source(name: str, **defined: int) -> str:
    """A shader's text with `defined` compiled in."""
    body = (_SHADERS / name).read_text().split("#version 430\n")[1]
    lines = "".join(f"#define {key} {value}\n" for key, value in defined.items())
    return f"#version 430\n{lines}{body}"


def _variant(backdrop: Backdrop) -> int:
    """BASE in backdrop.frag: photographs come sharp or defocused."""
    if backdrop.base == 0:
        return 0 if backdrop.photo_detail < 0.5 else 1
    return backdrop.base + 1


def _columns(matrix: np.ndarray) -> np.ndarray:
    """OpenGL keeps matrices by columns."""
    return np.ascontiguousarray(np.asarray(matrix, np.float32).T)


def _set(program: moderngl.Program, name: str, value) -> None:
    """Set a uniform; one that the compiler found unused is skipped."""
    if name not in program:
        return
    uniform = program[name]
    if isinstance(value, np.ndarray):
        uniform.write(np.ascontiguousarray(value, np.float32).tobytes())
    else:
        uniform.value = value
