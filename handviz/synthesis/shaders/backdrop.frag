// What stands behind the hand: a base and, on it, soft flat shapes of clothes, skin and furniture.
// BASE is 0 for a sharp photograph, 1 for a defocused one, 2 for the panorama, 3 for a wall.
#version 430
in vec2 place;
uniform sampler2D photo;           // square roots of linear light
uniform mat3 photo_from_place;     // centred crop coordinates to texture coordinates
uniform float photo_detail;        // level of detail: defocus
uniform vec3 photo_gain;
uniform sampler2D panorama;
uniform mat3 panorama_from_camera;
uniform float crop_focal;
uniform float reach;
uniform vec3 wall_first;
uniform vec3 wall_second;
uniform vec2 wall_way;
uniform int shape_count;
uniform vec4 shape_place[12];       // centre, half size, in crop sides
uniform vec4 shape_form[12];        // angle, roundness, softness, pattern scale
uniform vec4 shape_first[12];       // colour, shading amount
uniform vec4 shape_second[12];      // colour, pattern type
out vec4 fragment;

float hash(vec2 p) {
    p = fract(p * vec2(123.34, 456.21));
    p += dot(p, p + 45.32);
    return fract(p.x * p.y);
}

float noise(vec2 p) {
    vec2 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}

float cloud(vec2 p) {
    return 0.65 * noise(p) + 0.35 * noise(p * 2.7 + 7.3);
}

vec3 square(vec3 root) {
    return root * root;
}

vec3 base_light(vec2 centred) {
#if BASE == 0
    vec3 at = photo_from_place * vec3(centred, 1.0);
    return square(textureLod(photo, at.xy, photo_detail).rgb) * photo_gain;
#elif BASE == 1
    vec3 at = photo_from_place * vec3(centred, 1.0);
    // A ring of taps hides the squares of a coarse level.
    vec2 step = exp2(photo_detail) * 0.6 / vec2(textureSize(photo, 0));
    vec3 total = vec3(0.0);
    for (int tap = 0; tap < 8; ++tap) {
        float angle = float(tap) * 2.3999;
        vec2 aside = step * sqrt((float(tap) + 0.5) / 4.0) * vec2(cos(angle), sin(angle));
        total += square(textureLod(photo, at.xy + aside, photo_detail - 0.7).rgb);
    }
    return total / 8.0 * photo_gain;
#elif BASE == 2
    vec3 d = panorama_from_camera * normalize(vec3(centred, crop_focal));
    vec2 at = vec2(atan(-d.z, -d.x) / 6.2831853, acos(clamp(d.y, -1.0, 1.0)) / 3.14159265);
    return textureLod(panorama, at, 0.0).rgb;
#else
    float along = clamp(0.5 + dot(centred, wall_way), 0.0, 1.0);
    return mix(wall_first, wall_second, along) * (0.93 + 0.14 * cloud(centred * 9.0));
#endif
}

void main() {
    vec2 centred = (place - 0.5) * reach;
    vec3 light = base_light(centred);
    for (int i = 0; i < shape_count; ++i) {
        float c = cos(shape_form[i].x), s = sin(shape_form[i].x);
        vec2 local = mat2(c, -s, s, c) * (centred - shape_place[i].xy) / shape_place[i].zw;
        float edge = 0.06 * (noise(centred * 5.0 + float(i) * 13.7) - 0.5);
        float power = mix(9.0, 2.0, shape_form[i].y);
        float distance = pow(pow(abs(local.x), power) + pow(abs(local.y), power), 1.0 / power) + edge;
        float soft = shape_form[i].z;
        float inside = 1.0 - smoothstep(1.0 - soft, 1.0 + soft, distance);
        if (inside <= 0.0) continue;
        vec2 p = local * shape_place[i].zw * shape_form[i].w;
        float type = shape_second[i].w;
        float amount;
        if (type < 0.5) amount = 0.6 * cloud(p * 2.0);
        else if (type < 1.5) amount = smoothstep(0.3, 0.7, 0.5 + 0.5 * sin(6.2832 * p.x));
        else amount = 0.5 * (step(0.5, fract(p.x)) + step(0.5, fract(p.y)));
        vec3 colour = mix(shape_first[i].rgb, shape_second[i].rgb, amount);
        // Folds and roundness: darker toward the rim and along slow waves.
        float fold = cloud(local * vec2(2.0, 4.0) + float(i) * 5.1) - 0.5;
        float shade = 1.0 + shape_first[i].a * (1.1 * fold - 0.5 * local.x * 0.6 - 0.45 * distance * distance);
        light = mix(light, colour * max(shade, 0.15), inside);
    }
    fragment = vec4(min(light, vec3(30.0)), 1.0);
}
