"""One thing an advisor or a host asks, a module: functions over ports, values in and out."""
