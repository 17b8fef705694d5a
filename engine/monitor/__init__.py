"""What endpoints were asked and answered, beside what their models learned from: drift, performance, blame."""
