// reduce(): the windows' taps to one cell of the output.
#if defined(PICK)
#include "common/pick.glsl"
#else
#include "common/sum.glsl"
#endif
