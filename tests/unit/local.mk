# Unit tests: one cmocka program per module, linking only the layers it may see.
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit -DSRCDIR='"$(abs_top_srcdir)"'
UNIT_LIBS = $(CMOCKA_LIBS)
if HAVE_CMOCKA
include tests/unit/base.mk
include tests/unit/transport.mk
include tests/unit/frame.mk
include tests/unit/diag.mk
include tests/unit/at.mk
include tests/unit/service.mk
include tests/unit/model.mk
include tests/unit/container.mk
include tests/unit/flow.mk
include tests/unit/sim.mk
include tests/unit/package.mk
endif
