"""A framework made with pymesos. Prints what it is told, one JSON object a line: pymesos-framework.py MASTER, which is
host:port or a zk:// URL."""
import json
import sys
import threading

from pymesos import MesosSchedulerDriver, Scheduler


def say(event, **what):
    print(json.dumps(dict(event=event, **what)), flush=True)


class Foreign(Scheduler):
    def __init__(self):
        self.launched = False
        self.finished = 0
        self.running = None
        self.done = threading.Event()

    def registered(self, driver, framework_id, master_info):
        say("subscribed", frameworkId=framework_id["value"])

    def resourceOffers(self, driver, offers):
        say("offers", count=len(offers))
        if self.launched:
            driver.declineOffer([offer["id"] for offer in offers], filters=dict(refuse_seconds=60))
            return
        self.launched = True
        commands = {"short-1": "echo hello", "short-2": "true", "long-1": "sleep 1000"}
        tasks = [self.task(name, command, offers[0]["agent_id"]) for name, command in commands.items()]
        driver.launchTasks([offers[0]["id"]], tasks)

    @staticmethod
    def task(name, command, agent_id):
        return dict(
            name=name,
            task_id=dict(value=name),
            agent_id=agent_id,
            resources=[
                dict(name="cpus", type="SCALAR", scalar=dict(value=0.1)),
                dict(name="mem", type="SCALAR", scalar=dict(value=32)),
            ],
            command=dict(value=command),
        )

    def statusUpdate(self, driver, update):
        name, state = update["task_id"]["value"], update["state"]
        say("update", task=name, state=state)
        if state == "TASK_FINISHED":
            self.finished += 1
        if state == "TASK_RUNNING" and name == "long-1":
            self.running = update["task_id"]
        if self.finished == 2 and self.running is not None:
            driver.killTask(self.running)
            self.running = None
        if state == "TASK_KILLED":
            self.done.set()

    def error(self, driver, message):
        say("error", message=message)


scheduler = Foreign()
driver = MesosSchedulerDriver(scheduler, dict(user="root", name="foreign"), sys.argv[1])
driver.start()
if not scheduler.done.wait(120):
    sys.exit("The tasks did not come to their end")
# Also tears the framework down.
driver.stop()
driver.join()
say("torn down")
