print("kapao-video")
