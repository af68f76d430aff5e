// One vertex of one moment, lit. Moments lie side by side as tiles of one picture; clip planes keep each in its tile.
// Light is worked out here and not for each pixel: hands have some two thousand vertices, and moments are averaged.
#version 430

in vec3 in_position;   // crop camera, metres, x right, y down, z forward
in vec3 in_normal;
in vec2 in_uv;
in vec3 in_tint;
in vec4 in_matter;     // kind, gloss, ambient visibility, key visibility

uniform int vertices_per_moment;
uniform int columns;         // tiles in a row
uniform int rows;
uniform float crop_focal;    // in sides of the crop
uniform vec2 jitter[33];     // clip units of one tile
uniform mat3 panorama_from_camera;
uniform vec3 harmonics[9];   // irradiance / pi
uniform sampler2D mirror;    // octahedral map of what rough surfaces mirror
uniform vec3 key_direction;  // toward the light, crop camera
uniform vec3 key_light;
uniform vec3 wrap;           // how far light creeps around a finger, per channel
uniform float is_skin;

out vec3 v_diffuse;          // multiplies the albedo
out vec3 v_mirrored;         // adds to it
out vec2 v_uv;
out float v_kind;
out float v_depth;

const float NEAR = 0.02;
const float FAR = 20.0;

vec3 irradiance(vec3 n) {
    return max(vec3(0.0),
        harmonics[0] * 0.282095 + harmonics[1] * 0.488603 * n.y + harmonics[2] * 0.488603 * n.z
        + harmonics[3] * 0.488603 * n.x + harmonics[4] * 1.092548 * n.x * n.y + harmonics[5] * 1.092548 * n.y * n.z
        + harmonics[6] * 0.315392 * (3.0 * n.z * n.z - 1.0) + harmonics[7] * 1.092548 * n.x * n.z
        + harmonics[8] * 0.546274 * (n.x * n.x - n.y * n.y));
}

vec2 octahedral(vec3 d) {
    d /= abs(d.x) + abs(d.y) + abs(d.z);
    vec2 folded = (1.0 - abs(d.zx)) * vec2(d.x >= 0.0 ? 1.0 : -1.0, d.z >= 0.0 ? 1.0 : -1.0);
    return 0.5 + 0.5 * (d.y >= 0.0 ? d.xz : folded);
}

void place(int moment) {
    float z = in_position.z;
    vec4 clip = vec4(2.0 * crop_focal * in_position.xy + jitter[moment] * z,
                     ((FAR + NEAR) * z - 2.0 * FAR * NEAR) / (FAR - NEAR), z);
    gl_ClipDistance[0] = clip.w + clip.x;
    gl_ClipDistance[1] = clip.w - clip.x;
    gl_ClipDistance[2] = clip.w + clip.y;
    gl_ClipDistance[3] = clip.w - clip.y;
    vec2 tile = vec2(moment % columns, moment / columns);
    clip.xy = (clip.xy + (2.0 * tile + 1.0) * clip.w) / vec2(columns, rows) - clip.w;
    gl_Position = clip;
}

void main() {
    place(gl_VertexID / vertices_per_moment);
    vec3 view = -normalize(in_position);
    vec3 n = in_normal;
    float gloss = in_matter.y;
    // Light that was scattered within skin leaves occluded places redder, not just darker.
    vec3 ambient_visible = pow(vec3(in_matter.z), mix(vec3(1.0), vec3(0.75, 1.1, 1.2), is_skin));
    vec3 key_visible = pow(vec3(in_matter.w), mix(vec3(1.0), vec3(0.8, 1.1, 1.2), is_skin));
    float facing = dot(n, key_direction);
    vec3 key = clamp((vec3(facing) + wrap) / (1.0 + wrap), 0.0, 1.0) * key_visible;
    vec3 ambient = irradiance(panorama_from_camera * n) * ambient_visible;
    v_diffuse = in_tint * (ambient + key_light * key);

    float base = mix(0.04, 0.028, is_skin);
    vec3 halfway = normalize(view + key_direction);
    float grazing = pow(1.0 - clamp(dot(n, view), 0.0, 1.0), 5.0);
    float fresnel = base + (mix(0.6, 0.22, is_skin) - base) * grazing * gloss;
    float power = mix(8.0, 90.0, gloss * gloss);
    float lobe = (power + 8.0) / 25.0 * pow(max(dot(n, halfway), 0.0), power) * max(facing, 0.0);
    // Rough skin shades itself along its outline; without this a light from behind draws bright threads there.
    float open = smoothstep(0.0, 0.35, dot(n, view));
    lobe *= open * smoothstep(0.0, 0.3, facing);
    vec3 around = textureLod(mirror, octahedral(panorama_from_camera * reflect(-view, n)), 0.0).rgb;
    vec3 sheen = key_light * lobe * in_matter.w + around * (0.4 + 0.6 * open) * in_matter.z * in_matter.z;
    v_mirrored = fresnel * (0.4 + 0.6 * gloss) * sheen;
    v_uv = in_uv;
    v_kind = in_matter.x;
    v_depth = in_position.z;
}
