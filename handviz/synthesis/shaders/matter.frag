// Light leaving cloth or an object, in linear units; alpha holds the depth in metres.
#version 430

in vec3 v_diffuse;    // its own colour is part of it
in vec3 v_mirrored;
in vec2 v_uv;         // metres
in float v_kind;      // 2 cloth, 3 object
in float v_depth;

uniform vec4 cloth_pattern;      // type, repeats per metre, contrast, phase
uniform vec3 cloth_second;       // second colour as a multiple of the first
uniform vec4 object_pattern;
uniform vec3 object_second;

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
    vec4 pattern = v_kind > 2.5 ? object_pattern : cloth_pattern;
    vec3 second = v_kind > 2.5 ? object_second : cloth_second;
    vec2 p = v_uv * pattern.y;
    float speckle = noise(p * 3.0);
    float amount = 0.5 * speckle;
    if (pattern.x > 2.5) amount = smoothstep(0.3, 0.7, 0.7 * noise(p + pattern.w) + 0.3 * speckle);
    else if (pattern.x > 1.5) amount = 0.5 * (step(0.5, fract(p.x)) + step(0.5, fract(p.y + pattern.w)));
    else if (pattern.x > 0.5) amount = smoothstep(0.35, 0.65, 0.5 + 0.5 * sin(6.2832 * (p.x + pattern.w)));
    vec3 colour = mix(vec3(1.0), second, amount * pattern.z) * (0.93 + 0.14 * speckle);
    fragment = vec4(min(colour * v_diffuse + v_mirrored, vec3(60.0)), v_depth);
}
