"""The door's MQTT side: a listener for devices and edge nodes."""
