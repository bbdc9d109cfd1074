package workshop;

import java.util.concurrent.CountDownLatch;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.stereotype.Component;

/** Keeps the books; hears of everything. One day the tax office's server does not answer. */
@Component
class Billing {
	private volatile boolean hangs;

	void hang() {
		hangs = true;
	}

	@ApplicationModuleListener
	void record(Repair event) throws InterruptedException {
		if (hangs) new CountDownLatch(1).await();
	}
}
