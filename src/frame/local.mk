noinst_LTLIBRARIES += src/frame/libframe.la
src_frame_libframe_la_SOURCES = \
	src/frame/crc16.c src/frame/crc16.h src/frame/hdlc.c src/frame/hdlc.h \
	src/frame/atline.c src/frame/atline.h
