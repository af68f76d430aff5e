// Light leaving skin, in linear units; alpha holds the depth in metres.
#version 430

in vec3 v_diffuse;
in vec3 v_mirrored;
in vec2 v_uv;
in float v_kind;      // 0 hand, 1 forearm: the texture fades into plain colour
in float v_depth;

uniform sampler2D picture;    // of the hand's part of its texture, square roots of linear light
uniform vec4 skin_window;     // u0, v0, u1, v1 of that part, v down
uniform vec3 skin_gain;       // toward the sample's own tone
uniform vec3 skin_flat;       // the forearm's colour, before the gain
uniform float skin_detail;

out vec4 fragment;

float hash(vec2 p) {
    p = fract(p * vec2(123.34, 456.21));
    p += dot(p, p + 45.32);
    return fract(p.x * p.y);
}

float noise(vec2 p) {
    vec2 i = floor(p), f = fract(p);
    return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}

void main() {
    vec2 at = (vec2(v_uv.x, 1.0 - v_uv.y) - skin_window.xy) / (skin_window.zw - skin_window.xy);
    vec3 painted = texture(picture, at).rgb;
    vec3 albedo = mix(painted * painted, skin_flat, clamp(v_kind, 0.0, 1.0)) * skin_gain;
    albedo *= 1.0 + skin_detail * (noise(v_uv * 700.0) - 0.5);
    fragment = vec4(min(albedo * v_diffuse + v_mirrored, vec3(60.0)), v_depth);
}
