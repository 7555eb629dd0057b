# Read by ctest itself: the fuzz targets of another build folder, when `./dev test` has just built them.
if(DEFINED ENV{SCIALYTIC_FUZZ_BUILD})
  include("$ENV{SCIALYTIC_FUZZ_BUILD}/tests/CTestTestfile.cmake")
endif()
