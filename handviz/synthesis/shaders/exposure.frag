// The photograph: the mean of all moments in linear light, each over the backdrop as the camera saw it then.
// SHAKING is 1 where the camera turned during the exposure; else one look at the backdrop does for all moments.
#version 430
in vec2 place;
uniform sampler2D moments;       // tiles; alpha 0 where nothing stands before the backdrop
uniform sampler2D backdrop;      // wider than the crop by backdrop_reach
uniform float backdrop_reach;
uniform int count;
uniform int columns;
uniform int size;
uniform mat3 backdrop_from_crop[33];   // crop coordinates, centred, to the backdrop's
uniform vec2 jitter[33];
out vec4 fragment;

vec3 behind(int moment) {
    vec2 centred = place - 0.5 - 0.5 * jitter[moment];
    vec3 moved = backdrop_from_crop[moment] * vec3(centred, 1.0);
    return textureLod(backdrop, moved.xy / moved.z / backdrop_reach + 0.5, 0.0).rgb;
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec3 total = vec3(0.0);
    float open = 0.0;
    for (int moment = 0; moment < count; ++moment) {
        vec4 seen = texelFetch(moments, pixel + size * ivec2(moment % columns, moment / columns), 0);
        total += seen.rgb;
#if SHAKING
        if (seen.a == 0.0) total += behind(moment);
#else
        open += seen.a == 0.0 ? 1.0 : 0.0;
#endif
    }
    total += open * behind(count / 2);
    fragment = vec4(total / float(count), 1.0);
}
