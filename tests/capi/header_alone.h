#include "../../capi/atlas.h"
