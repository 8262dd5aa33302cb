// libmosquitto's public header; its enumerations and functions import as they are.
#pragma once

#include <mosquitto.h>
