"""A peer: the pipeline that a competent developer writes today.

OpenCV reads the stream, each camera has a thread that asks the model and waits, ByteTrack follows.
Threads share one compiled model with as many streams as processors, as OpenVINO advises.

    python -m benchmarks.peer_threads CAMERAS REPEATS FILM…   # prints seconds by film
"""

import itertools
import json
import os
import sys
import threading
import time

import cv2

from benchmarks.peer_parts import EVERY, Model, as_input, follow, new_tracker, open_film


def watch(film: str, model: Model) -> None:
    """Look at one film as at one camera."""
    video, request, tracker = open_film(film), model.request(), new_tracker()
    for index in itertools.count():
        if not video.grab():
            return
        if index % EVERY == 0:
            _, picture = video.retrieve()
            people = request.people(as_input(picture), picture.shape[:2])
            follow(tracker, people.boxes, people.scores)


def together(film: str, cameras: int, model: Model) -> float:
    """Processor seconds of several cameras at once."""
    begin = time.process_time()
    threads = [threading.Thread(target=watch, args=(film, model)) for _ in range(cameras)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.process_time() - begin


def main(cameras: int, repeats: int, *films: str) -> None:
    """Warm up on the first film, then measure each."""
    cv2.setNumThreads(1)
    model = Model(os.cpu_count() or 1)
    together(films[0], cameras, model)
    taken = {film: [together(film, cameras, model) for _ in range(repeats)] for film in films}
    print(json.dumps(taken))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
