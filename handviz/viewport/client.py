"""The viewport's client: keeps the scene, runs the render process, starts it again when it dies."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

import numpy as np

from handviz.geometry.cameras import Camera
from handviz.viewport.backends.names import BACKENDS
from handviz.viewport.choice import choose_backend, remember
from handviz.viewport.launch import RenderProcess
from handviz.viewport.messages import MAIN, Frame, FrameRequest, Hit, Message, RenderStatus, camera_fields

DEATHS_ALLOWED = 4
"""So many deaths within DEATH_WINDOW_SECONDS and the process is not started again."""
DEATHS_PER_BACKEND = 2
"""So many deaths of one backend within the window and the next one in BACKENDS takes over."""
DEATH_WINDOW_SECONDS = 30.0
START_SECONDS = 60.0
"""A process that is not ready by then counts as dead."""
DRAW_SECONDS = 30.0
"""A process that has not drawn the newest request by then counts as dead."""

FRAMES_PER_PROCESS = 50_000
"""Graphics drivers leak a little with every picture: after so many the process is replaced while nothing is drawn."""
CLOSE_SECONDS = 3.0
"""A process that has not ended by then is killed."""


class RenderClient:
    """Pictures of many hand meshes, drawn in a process of its own.

    Every method returns at once and may be called from any thread. on_frame, on_status and the callbacks of `pick` are
    called from threads of the client; a Qt program hands them over by signals; they must not call `close`. World
    coordinates are the photo's camera coordinates, metres, x right, y down, z forward.
    """

    def __init__(
        self,
        on_frame: Callable[[Frame], None],
        on_status: Callable[[RenderStatus], None] | None = None,
        backend: str = "auto",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """backend: "filament", "legacy", "embree", or "auto", the fastest here (see `choice`). environment: variables
        set for the render process, to choose a graphics driver, for instance. Raises ValueError for other backends."""
        if backend != "auto" and backend not in BACKENDS:
            raise ValueError(f"backend must be auto, {', '.join(BACKENDS)}, not {backend!r}")
        self._on_frame = on_frame
        self._on_status = on_status or (lambda status: None)
        self._automatic = backend == "auto"
        self._wanted = backend
        self._environment = dict(environment or {})
        self._condition = threading.Condition()
        self._scene: dict[str, np.ndarray] = {}
        self._unsent: set[str] = set()
        self._picks: dict[int, tuple[dict, Callable[[list[Hit]], None]]] = {}
        self._unsent_picks: deque[int] = deque()
        self._next_id = 1
        self._waiting: dict[str, FrameRequest] = {}
        self._current: dict[str, FrameRequest] = {}
        self._drawing: int | None = None
        self._drawing_since: float | None = None
        self._frames_drawn = 0
        self._process: RenderProcess | None = None
        self._ready = False
        self._ended = False
        self._error = ""
        self._deaths: deque[tuple[float, str]] = deque()
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the render process, again after it failed; requests and scene may be given before or after."""
        if self._thread is None or not self._thread.is_alive():
            self._closing = False
            self._deaths.clear()
            self._thread = threading.Thread(target=self._run, name="handviz-render", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the render process and free its shared memory; returns when both are gone."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
            if self._thread.is_alive() and (process := self._process) is not None:
                # It hangs in a call to a process that does not listen any more.
                process.kill()
            self._thread.join()

    def __enter__(self) -> "RenderClient":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def backend(self) -> str | None:
        """Name of the backend that draws now; None before the start and after the end."""
        process = self._process
        return process.backend if process else None

    @property
    def process_id(self) -> int | None:
        """Process id of the render process, if there is one."""
        process = self._process
        return process.pid if process else None

    def set_meshes(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        """vertices (K, T, V, 3) metres, world coordinates; faces (F, 3), shared. Raises ValueError on other shapes."""
        vertices, faces = np.array(vertices, np.float32, order="C"), np.array(faces, np.int32, order="C")
        if vertices.ndim != 4 or vertices.shape[3] != 3 or faces.ndim != 2 or faces.shape[1] != 3:
            raise ValueError(f"meshes need vertices (K, T, V, 3) and faces (F, 3), not {vertices.shape}, {faces.shape}")
        if faces.size and (faces.min() < 0 or faces.max() >= vertices.shape[2]):
            raise ValueError("faces name vertices that do not exist")
        if not np.isfinite(vertices).all():
            raise ValueError("vertices must be finite")
        self._set(vertices=vertices, faces=faces)

    def set_extras(self, extras: np.ndarray) -> None:
        """Further meshes (M, T, V, 3) of the same topology, behind the hypotheses on their axis: a mean hand, a truth.

        They are cheap to change. Raises ValueError on other shapes.
        """
        extras = np.array(extras, np.float32, order="C")
        if extras.ndim != 4 or extras.shape[3] != 3 or not np.isfinite(extras).all():
            raise ValueError(f"extra meshes must be finite (M, T, V, 3), not {extras.shape}")
        self._set(extras=extras)

    def set_colors(self, colors: np.ndarray) -> None:
        """colors (K + M, T, 3) or (K + M, T, V, 3), sRGB as 0..1 or uint8. Raises ValueError on other shapes."""
        colors = np.asarray(colors)
        if colors.ndim not in (3, 4) or colors.shape[-1] != 3:
            raise ValueError(f"colors must be (K, T, 3) or (K, T, V, 3), not {colors.shape}")
        if colors.dtype != np.uint8:
            colors = (np.clip(colors.astype(np.float32), 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
        self._set(colors=np.array(colors, order="C"))

    def set_visible(self, visible: np.ndarray) -> None:
        """visible (K + M, T) bool: which meshes are drawn. Raises ValueError on other shapes."""
        self._set(visible=_mask(visible))

    def set_ghosts(self, ghosts: np.ndarray, tone: np.ndarray | tuple[float, float, float] | None = None) -> None:
        """ghosts (K + M, T) bool: which of the other meshes are drawn as ghosts, through which one sees what lies
        behind; tone (3,) in 0..1: the grey that their colours tend to. Raises ValueError on other shapes."""
        if tone is not None and np.shape(tone) != (3,):
            raise ValueError(f"a tone must be (3,), not {np.shape(tone)}")
        tones = {} if tone is None else {"ghost_tone": 255.0 * np.clip(np.asarray(tone, np.float32), 0.0, 1.0)}
        self._set(ghosts=_mask(ghosts), **tones)

    def set_time(self, time: float | None) -> None:
        """Draw every mesh once, at a time from 0 past to T - 1 future, visible where any of its timesteps is; None
        draws the timesteps."""
        self._set(time=np.array(np.nan if time is None else time, np.float64))

    def set_background(self, background: np.ndarray | tuple[float, float, float]) -> None:
        """One colour (3,) sRGB 0..1, or a picture (H, W, 3) uint8 that is stretched to the frame behind the meshes."""
        background = np.asarray(background)
        if background.shape == (3,):
            background = (np.clip(background, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
        elif background.ndim != 3 or background.shape[2] != 3 or background.dtype != np.uint8 or not background.size:
            raise ValueError("background must be (3,) in 0..1 or (H, W, 3) uint8")
        self._set(background=background.copy())

    def request_frame(
        self,
        camera: Camera,
        interactive: bool = False,
        *,
        channel: str = MAIN,
        visible: np.ndarray | None = None,
        transparent: bool = False,
    ) -> int:
        """Ask for a picture; of several waiting requests of a channel only the newest is drawn. Returns its id.

        A request at rest (interactive=False) is answered by a quick picture and then by one in full detail; an
        interactive one by the quick picture alone. visible (K + M, T) overrides set_visible and the ghosts for this
        picture. A transparent one is (H, W, 4), colours times coverage, and shows no background.
        """
        if camera.width < 1 or camera.height < 1:
            raise ValueError("a picture needs at least one pixel")
        mask = None if visible is None else _mask(visible)
        with self._condition:
            request_id = self._take_id()
            self._waiting[channel] = FrameRequest(request_id, camera, interactive, channel, mask, transparent)
            self._condition.notify()
        return request_id

    def pick(self, camera: Camera, x: float, y: float, on_hits: Callable[[list[Hit]], None]) -> None:
        """Call on_hits with the meshes and ghosts under pixel (x, y), nearest first; an empty list where none are."""
        with self._condition:
            pick_id = self._take_id()
            self._picks[pick_id] = ({"camera": camera_fields(camera), "x": float(x), "y": float(y)}, on_hits)
            self._unsent_picks.append(pick_id)
            self._condition.notify()

    def _set(self, **arrays: np.ndarray) -> None:
        with self._condition:
            self._scene.update(arrays)
            self._unsent.update(arrays)
            self._condition.notify()

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _run(self) -> None:
        backend: str | None = choose_backend(self._wanted, self._adopt)
        while backend is not None:
            self._start_process(backend)
            switch_to = self._serve()
            process, self._process = self._process, None
            process.stop()
            if self._closing:
                break
            backend = switch_to or self._after_death(process)
        self._drop_picks()

    def _adopt(self, backend: str) -> None:
        """Change to a backend that turned out to be faster, when nothing is being drawn."""
        with self._condition:
            self._wanted = backend
            self._condition.notify()

    def _start_process(self, backend: str) -> None:
        self._status("starting", f"Starting the {backend} renderer.", backend)
        with self._condition:
            self._ready, self._ended, self._error, self._frames_drawn = False, False, "", 0
            self._unsent = set(self._scene)
            self._unsent_picks = deque(self._picks)
            # What was last seen is drawn again, unless something newer waits.
            self._waiting = self._current | self._waiting
            self._current, self._drawing, self._drawing_since = {}, None, None
        self._process = RenderProcess(backend, self._environment, self._receive, self._notice_end)

    def _serve(self) -> str | None:
        """Feed the process until it dies, the client closes (None), or another backend is wanted (its name)."""
        started = time.monotonic()
        while True:
            with self._condition:
                self._condition.wait_for(self._has_work, timeout=1.0)
                if self._closing or self._ended:
                    return None
                if self._ready and self._wants_another():
                    return self._wanted
                if self._frames_drawn >= FRAMES_PER_PROCESS and not self._waiting and self._drawing_since is None:
                    return self._process.backend
                late = not self._ready and time.monotonic() - started > START_SECONDS
                stuck = self._drawing_since is not None and time.monotonic() - self._drawing_since > DRAW_SECONDS
                arrays = {name: self._scene[name] for name in self._unsent}
                picks = [(pick_id, self._picks[pick_id][0]) for pick_id in self._unsent_picks]
                request = self._next_request() if self._ready else None
                if self._ready:
                    self._unsent.clear()
                    self._unsent_picks.clear()
            if late or stuck:
                self._error = "it did not answer"
                self._process.kill()
                return None
            if self._ready:
                self._send(arrays, picks, request)

    def _has_work(self) -> bool:
        unsent = bool(self._unsent or self._unsent_picks or (self._waiting and self._drawing_since is None))
        return self._closing or self._ended or (self._ready and (unsent or self._wants_another()))

    def _wants_another(self) -> bool:
        """Whether a faster backend was found; one that has died here before is not gone back to."""
        return self._wanted not in ("auto", self._process.backend) and not self._deaths

    def _next_request(self) -> FrameRequest | None:
        """The request to be sent now, if one waits and the last one has its first picture."""
        if not self._waiting or self._drawing_since is not None:
            return None
        # The oldest first, so that no channel starves another.
        request = min(self._waiting.values(), key=lambda waiting: waiting.request_id)
        self._current[request.channel] = self._waiting.pop(request.channel)
        self._drawing, self._drawing_since = request.request_id, time.monotonic()
        return request

    def _send(self, arrays: dict, picks: list, request: FrameRequest | None) -> None:
        if arrays:
            self._process.send("scene", arrays)
        for pick_id, fields in picks:
            self._process.send("pick", id=pick_id, **fields)
        if request is not None:
            self._process.provide_slots(request.slot_bytes)
            self._process.send("frame", request.arrays(), **request.fields())

    def _receive(self, process: RenderProcess, message: Message) -> None:
        match message.kind:
            case "ready":
                with self._condition:
                    self._ready = True
                    self._condition.notify()
                self._status("ready", f"Drawing with the {process.backend} renderer.", process.backend)
            case "frame":
                self._receive_frame(process, message)
            case "hits":
                with self._condition:
                    pick = self._picks.pop(message.fields["id"], None)
                if pick is not None:
                    pick[1]([Hit(*hit) for hit in message.fields["hits"]])
            case "error":
                self._error = message.fields["message"]

    def _receive_frame(self, process: RenderProcess, message: Message) -> None:
        fields = message.fields
        with self._condition:
            if self._drawing == fields["id"]:
                self._drawing, self._drawing_since = None, None
                self._condition.notify()
            self._frames_drawn += 1
        image = process.read_image(message)
        seconds, detail, channel = fields["seconds"], fields["full_detail"], fields["channel"]
        self._on_frame(Frame(fields["id"], image, seconds, process.backend, detail, channel))

    def _notice_end(self, process: RenderProcess) -> None:
        with self._condition:
            self._ended = True
            self._condition.notify()

    def _after_death(self, process: RenderProcess) -> str | None:
        """The backend to go on with, or None to give up."""
        now = time.monotonic()
        self._deaths.append((now, process.backend))
        while now - self._deaths[0][0] > DEATH_WINDOW_SECONDS:
            self._deaths.popleft()
        reason = self._error.rstrip(".") or f"exit status {process.exit_code}"
        backend = process.backend
        same = sum(1 for _, name in self._deaths if name == backend)
        last = backend == BACKENDS[-1]
        if len(self._deaths) >= DEATHS_ALLOWED and last:
            message = f"The renderer died {len(self._deaths)} times ({reason}); `handviz doctor` says what it lacks."
            self._status("failed", message, backend)
            return None
        if not last and (not self._ready or same >= DEATHS_PER_BACKEND):
            backend = BACKENDS[BACKENDS.index(backend) + 1]
            if self._automatic:
                remember(backend)
        then = "it is started again" if backend == process.backend else f"the {backend} renderer takes over"
        self._status("died", f"The {process.backend} renderer ended ({reason}); {then}.", process.backend)
        return backend

    def _drop_picks(self) -> None:
        """Nobody will answer these any more."""
        with self._condition:
            picks, self._picks = list(self._picks.values()), {}
        for _, on_hits in picks:
            on_hits([])

    def _status(self, state: str, message: str, backend: str) -> None:
        self._on_status(RenderStatus(state, message, backend))


def _mask(mask: np.ndarray) -> np.ndarray:
    mask = np.array(mask, bool)
    if mask.ndim != 2:
        raise ValueError(f"a mask of meshes must be (K, T), not {mask.shape}")
    return mask
